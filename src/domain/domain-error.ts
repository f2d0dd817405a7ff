/**
 * An error that the domain foresaw, with a code that clients and alerts may rely on: it is never renamed and never used for
 * something else. The message is written for the people who run the service, not for clients, unless the class says otherwise.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
