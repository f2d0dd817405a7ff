import { plain } from './plain-text';

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** An element with others in it; `children` are XML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const begin = `${name}${attributesOf(attributes)}`;
  return children.length === 0 ? `<${begin}/>` : `<${begin}>\n${children.join('\n')}\n</${name}>`;
}

/** An element with nothing but text in it. */
export function textElement(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text: string,
): string {
  return `<${name}${attributesOf(attributes)}>${escapeXml(text, /[&<>]/g)}</${name}>`;
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value), /[&<>"\n\t]/g)}"`)
    .join('');
}

/** What XML 1.0 (2.2) allows in no form, not even as a reference, is left out. */
function escapeXml(text: string, special: RegExp): string {
  return plain(text).replace(special, (character) => ENTITIES[character] ?? character);
}
