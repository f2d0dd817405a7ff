import { RequestTemplate } from '../requests/request-template';
import type { ScenarioWords } from './schema';
import { messageOf, UsageError } from './words';

/**
 * What opens a stream; null where nothing was said of one.
 * @param index no other template's
 * @throws UsageError that says what is wrong with it
 */
export function streamOf(words: ScenarioWords['stream'], index: number): RequestTemplate | null {
  if (words === undefined) return null;
  const { request, headers = {}, body, expect } = typeof words === 'string' ? { request: words } : words;
  const saysAccept = Object.keys(headers).some((name) => name.toLowerCase() === 'accept');
  try {
    return new RequestTemplate(
      {
        request,
        body,
        headers: saysAccept ? headers : { accept: 'text/event-stream', ...headers },
        expect,
      },
      index,
    );
  } catch (error) {
    throw new UsageError(`stream: ${messageOf(error)}`);
  }
}
