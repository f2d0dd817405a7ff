import { inheritedListener } from '../../../../src/adapters/process/socket-activation';

describe('inheritedListener', () => {
  it('finds the one socket that was passed to this process, at descriptor 3', () => {
    expect(inheritedListener({ LISTEN_PID: '42', LISTEN_FDS: '1' }, 42)).toEqual({
      kind: 'inherited',
      fd: 3,
    });
  });

  it.each([
    ['nothing is set', {}],
    ['only LISTEN_FDS is set', { LISTEN_FDS: '1' }],
    ['only LISTEN_PID is set', { LISTEN_PID: '42' }],
    ['they are meant for a parent process', { LISTEN_PID: '41', LISTEN_FDS: '1' }],
    ['unusable values are meant for a parent process', { LISTEN_PID: '41', LISTEN_FDS: '2' }],
    ['no socket was passed', { LISTEN_PID: '42', LISTEN_FDS: '0' }],
  ])('finds none when %s', (_case, env) => {
    expect(inheritedListener(env, 42)).toBeUndefined();
  });

  it.each([
    [
      'more than one socket',
      { LISTEN_PID: '42', LISTEN_FDS: '2' },
      /^LISTEN_FDS: one listening socket is served/,
    ],
    [
      'a count that is no number',
      { LISTEN_PID: '42', LISTEN_FDS: 'one' },
      /^LISTEN_FDS: must be a number, not "one"/,
    ],
    [
      'a process id that is no number',
      { LISTEN_PID: '$$', LISTEN_FDS: '1' },
      /^LISTEN_PID: must be a process id, not "\$\$"/,
    ],
  ])('says what is wrong with %s', (_case, env, message) => {
    expect(() => inheritedListener(env, 42)).toThrow(message);
  });
});
