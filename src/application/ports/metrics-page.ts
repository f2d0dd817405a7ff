/**
 * The figures of the service at this moment, in the format of whoever collects them. May be asked at any time, from the
 * start to the end of the drain, and by several at once. Rejects when a figure cannot be read; the next one asks anew.
 */
export interface MetricsPage {
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}
