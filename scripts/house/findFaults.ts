import { type House, needsOf, placeOf, type Target, targetOf } from './house.ts';

/** Sentences about every import that the house does not allow, each once; none when all is in order. */
export function findFaults(house: House): string[] {
  const faults = new Set<string>();
  const unused = new Set(house.sideways);
  for (const [file, specifiers] of house.imports) {
    const { owner, isPackage } = placeOf(file);
    if (isPackage && !house.floors.has(owner)) {
      faults.add(`packages/${owner} has no floor; give it one in scripts/house/floors.ts`);
      continue;
    }
    if (isRoomless(file)) faults.add(`${file} is in no room; what services share belongs to the kernel`);
    for (const specifier of specifiers) {
      const target = targetOf(file, specifier);
      const fault =
        target.kind === 'file'
          ? faultOfReach(file, target.path)
          : target.kind === 'face'
            ? faultOfFace(house, file, target, unused)
            : undefined;
      if (fault) faults.add(fault);
    }
  }
  for (const pair of unused) faults.add(`nothing uses the exception "${pair}" any more`);
  for (const circle of circlesOf(needsOf(house)))
    faults.add(`services need each other in a circle: ${circle.join(' → ')}`);
  return [...faults];
}

function isRoomless(file: string): boolean {
  const { owner, room, isWorkshop } = placeOf(file);
  return owner === 'services' && room === undefined && !isWorkshop;
}

function faultOfReach(file: string, path: string): string | undefined {
  const from = placeOf(file);
  const to = placeOf(path);
  if (from.owner !== to.owner || from.isPackage !== to.isPackage) {
    return from.isScript && to.isScript
      ? undefined
      : `${file} reaches into ${path}; import the package's face`;
  }
  if (from.isWorkshop) return;
  if (to.isWorkshop) return `${file} ships, and imports ${path}, which does not`;
  if (from.room !== to.room && !path.endsWith(`/${to.room}/port.ts`)) {
    return `${file} is in the room ${from.room} and imports ${path}; of another service only its port.ts`;
  }
}

function faultOfFace(
  { floors, faces, sideways }: House,
  file: string,
  target: Extract<Target, { kind: 'face' }>,
  unused: Set<string>,
): string | undefined {
  const { owner, isPackage, isWorkshop, room } = placeOf(file);
  const { package: other, subpath } = target;
  const name = `@koinon/${other}${subpath.slice(1)}`;
  const subpaths = faces.get(other);
  if (!subpaths) return `${file} imports ${name}, which is no package`;
  if (!subpaths.some(face => isNamed(subpath, face))) {
    return `${file} imports ${name}, which the exports of ${other} do not name`;
  }
  if (!isPackage || isWorkshop) return;
  if (subpath === './testing') return `${file} ships, and imports ${name}, which does not`;
  if (other === owner) {
    return room
      ? `${file} is in the room ${room} and imports ${name}; of another service only its port.ts`
      : undefined;
  }
  const floor = floors.get(owner)!;
  const below = floors.get(other);
  if (below === undefined || below < floor) return;
  const pair = `${owner} → ${other}`;
  if (below === floor && sideways.includes(pair)) {
    unused.delete(pair);
    return;
  }
  return `${file} (floor ${floor}) imports ${name} (floor ${below})`;
}

/** Whether `exports` that have the key `face` name the subpath; a `*` stands for one segment. */
function isNamed(subpath: string, face: string): boolean {
  const [head, tail] = face.split('*') as [string, string | undefined];
  if (tail === undefined) return subpath === face;
  const middle = subpath.slice(head.length, subpath.length - tail.length);
  return subpath.startsWith(head) && subpath.endsWith(tail) && middle !== '' && !middle.includes('/');
}

/** Each circle once, with its first member again at the end. */
function circlesOf(needs: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const follow = (name: string, path: readonly string[]) => {
    const at = path.indexOf(name);
    if (at >= 0) circles.push([...path.slice(at), name]);
    if (at >= 0 || done.has(name)) return;
    for (const needed of needs.get(name) ?? []) follow(needed, [...path, name]);
    done.add(name);
  };
  for (const name of needs.keys()) follow(name, []);
  return circles;
}
