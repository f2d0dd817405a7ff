import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'RELEASING.md',
  ...[
    'packages/drain',
    'packages/drill',
    'packages/drill/gallery',
    'examples',
    'docs',
    'docs/decisions',
  ].flatMap(markdownIn),
];

function markdownIn(folder: string): string[] {
  const names = readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith('.md'));
  return names.map((name) => path.join(folder, name));
}

/** The page's text without its code, in which a bracket is no link. */
function prose(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
}

/** The anchors that GitHub makes of a page's headings. */
function anchors(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links within the repository: `[text](target)`, images included. */
function links(page: string): string[] {
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(ROOT, target))) return false;
  return anchor === undefined || anchors(target).includes(anchor);
}

it.each(PAGES)('%s has no link that leads nowhere', (page) => {
  expect(links(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
});

it('finds the links that it looks at', () => {
  expect(PAGES.flatMap(links).length).toBeGreaterThan(30);
});
