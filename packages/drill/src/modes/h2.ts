import { H2Client } from '../client/h2-client';
import { everyClient, type Mode, type TrialContext } from './mode';

const STREAMS = 4;

/** Four streams at a time on one session, each asking again as soon as it is answered, until no session can be had. */
async function askOnStreams(trial: TrialContext, client: number): Promise<void> {
  const session = new H2Client({ ...trial, client });
  const askOften = async () => {
    while (!trial.enough.aborted) {
      if ((await session.ask(trial.mix.next(trial.random))) === null) return;
    }
  };
  await Promise.all(Array.from({ length: STREAMS }, askOften));
  session.close();
}

export const h2: Mode = {
  name: 'h2',
  title: 'HTTP/2: four streams at a time on each session',
  policy:
    'Every stream that was sent gets a complete answer, unless the server says that it has not begun with it: by a GOAWAY with a lower last stream (RFC 9113, 6.8) or by RST_STREAM with REFUSED_STREAM (8.7). Such a request may be sent again, and is refused; an effect of it is a PHANTOM.',
  answersAll: true,
  lacks: (means) => (means.h2 ? null : '--h2, which says that the server speaks HTTP/2'),
  beforeSignalMs: [20, 150],
  waitsForAnswers: true,
  drive: (trial) => everyClient(trial, (client) => askOnStreams(trial, client)),
};
