import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireBundle, writeCompiledCode } from '../../../src/bootstrap/bundle';

describe('the bundle', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lastcall-bundle-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file: string, content: string | Buffer) => writeFileSync(path.join(folder, file), content);
  const CODE = "exports.sep = require('node:path').sep; exports.folder = __dirname;";

  it('is not needed: where there is none, there is nothing to load', () => {
    expect(requireBundle(folder)).toBeUndefined();
  });

  it('is a CommonJS module like any other', () => {
    write('lastcall.js', CODE);
    expect(requireBundle(folder)).toEqual({ sep: path.sep, folder });
  });

  it('is the same with its compiled code beside it', () => {
    write('lastcall.js', CODE);
    writeCompiledCode(folder);
    expect(readFileSync(path.join(folder, 'lastcall.v8')).length).toBeGreaterThan(0);
    expect(requireBundle(folder)).toEqual({ sep: path.sep, folder });
  });

  it('is compiled anew where the compiled code is of no use', () => {
    write('lastcall.js', CODE);
    write('lastcall.v8', Buffer.from('made by another V8'));
    expect(requireBundle(folder)).toEqual({ sep: path.sep, folder });
  });
});
