/** The figures of the service at this moment, in the format of whoever collects them. */
export interface MetricsPage {
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}
