import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Node has no Unix datagram sockets, so Python listens and prints each datagram as a line of JSON. */
const PROGRAM = `
import json, socket, sys
name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("\\0" + name[1:] if name.startswith("@") else name)
print(json.dumps("listening"), flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode()), flush=True)
`;

/** In the place of systemd: the datagram socket that NOTIFY_SOCKET names. */
export class NotifyReceiver {
  readonly messages: string[] = [];
  readonly #child: ChildProcess;

  private constructor(
    readonly name: string,
    child: ChildProcess,
  ) {
    this.#child = child;
  }

  static async listen(name: string): Promise<NotifyReceiver> {
    const child = spawn('python3', ['-c', PROGRAM, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    const receiver = new NotifyReceiver(name, child);
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    lines.on('line', (line) => receiver.messages.push(JSON.parse(line)));
    return receiver;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
