import { type House, needsOf, packagesUsed } from './house.ts';

/** The chapter on floors in Markdown: a drawing, a table of the packages, and one of the services with what they need. */
export function drawingOf(house: House, descriptions: ReadonlyMap<string, string>): string {
  const used = packagesUsed(house);
  const names = [...house.floors.keys()].filter(name => used.has(name));
  const heights = [...new Set(names.map(name => house.floors.get(name)!))];
  const storeys = heights.map(floor => names.filter(name => house.floors.get(name) === floor));
  const parts = [mermaid(storeys, heights, used), packageTable(names, house.floors, descriptions)];
  const needs = needsOf(house);
  if (needs.size > 0) parts.push(serviceTable(needs));
  return parts.join('\n\n');
}

/** The packages by floors; an arrow where one imports another that it does not reach by other arrows. */
function mermaid(
  storeys: string[][],
  heights: number[],
  used: ReadonlyMap<string, ReadonlySet<string>>,
): string {
  const top = storeys
    .map((names, i) => `  subgraph F${heights[i]}\n${names.map(name => `    ${name}`).join('\n')}\n  end`)
    .reverse();
  const arrows = storeys.flatMap(names =>
    names.flatMap(name => direct(name, used).map(to => `  ${name} --> ${to}`)),
  );
  return ['```mermaid', 'flowchart TB', ...top, ...arrows, '```'].join('\n');
}

function direct(name: string, used: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const targets = [...(used.get(name) ?? [])];
  const byOthers = new Set(targets.flatMap(target => [...reachOf(target, used)]));
  return targets.filter(target => !byOthers.has(target)).sort();
}

function reachOf(
  name: string,
  used: ReadonlyMap<string, ReadonlySet<string>>,
  seen = new Set<string>(),
): Set<string> {
  for (const target of used.get(name) ?? []) {
    if (seen.has(target)) continue;
    seen.add(target);
    reachOf(target, used, seen);
  }
  return seen;
}

function packageTable(
  names: readonly string[],
  floors: ReadonlyMap<string, number>,
  descriptions: ReadonlyMap<string, string>,
): string {
  const rows = names.map(name => `| ${floors.get(name)} | \`${name}\` | ${descriptions.get(name) ?? ''} |`);
  return ['| floor | package | what it is |', '| --- | --- | --- |', ...rows].join('\n');
}

function serviceTable(needs: ReadonlyMap<string, ReadonlySet<string>>): string {
  const rows = [...needs].sort().map(([name, needed]) => {
    const names = [...needed].sort().map(other => `\`${other}\``);
    return `| \`${name}\` | ${names.join(', ') || 'none'} |`;
  });
  return ['| service | other services it asks |', '| --- | --- |', ...rows].join('\n');
}
