import { MessageTemplate } from '../requests/message-template';
import type { ScenarioWords } from './schema';
import { messageOf, UsageError } from './words';

/** What is missing for a WebSocket, or makes no sense without one, in words for the user. */
export function socketContradictions(words: ScenarioWords, hasEffects: boolean): string[] {
  const { websocket, message, ack, goodbye } = words;
  if (websocket === undefined) {
    const isLost = message !== undefined || ack !== undefined || goodbye !== undefined;
    return isLost ? ['--message, --ack and --goodbye are for --websocket, the path'] : [];
  }
  const faults = message === undefined ? ['--websocket wants --message, what is sent'] : [];
  if (ack === undefined && !hasEffects)
    faults.push(
      '--websocket wants --ack, what acknowledges a message, or a place where effects are looked up: else nothing would be known of any message',
    );
  return faults;
}

/**
 * What is said over WebSockets; null where nobody said where.
 * @param index no other template's
 * @throws UsageError that says what is wrong with it
 */
export function messagesOf(words: ScenarioWords, index: number): MessageTemplate | null {
  const { websocket, message = '', ack, goodbye } = words;
  if (websocket === undefined) return null;
  const where = typeof websocket === 'string' ? { path: websocket } : websocket;
  const last = typeof goodbye === 'string' ? { says: goodbye, answer: goodbye } : goodbye;
  try {
    return new MessageTemplate({ ...where, message, ack, goodbye: last }, index);
  } catch (error) {
    throw new UsageError(`--websocket: ${messageOf(error)}`);
  }
}
