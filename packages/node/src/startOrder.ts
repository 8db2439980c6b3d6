import { KoinonError } from '@koinon/protocol';

/** A service as far as its place in the order goes. */
export interface Dependent {
  name: string;
  needs: readonly string[];
  uses: readonly string[];
}

/**
 * The services in an order in which each comes after those it needs or uses; one that is not there is passed over where it
 * is only used. Throws `K_SERVICE_NEEDS` where one that is needed is off.
 */
export function startOrder<D extends Dependent>(on: readonly D[]): D[] {
  const byName = new Map(on.map(each => [each.name, each]));
  const ordered = new Set<D>();
  const place = (each: D, above: readonly string[]): void => {
    if (ordered.has(each)) return;
    if (above.includes(each.name)) throw circle([...above, each.name]);
    for (const name of each.needs) if (!byName.has(name)) throw missing(each.name, name);
    for (const name of [...each.needs, ...each.uses]) {
      const other = byName.get(name);
      if (other) place(other, [...above, each.name]);
    }
    ordered.add(each);
  };
  for (const each of on) place(each, []);
  return [...ordered];
}

function missing(name: string, need: string): KoinonError {
  return new KoinonError({
    code: 'K_SERVICE_NEEDS',
    message: `The service "${name}" cannot do without "${need}", which is off.`,
    fault: 'user',
    data: { service: name, needs: need },
    next: `Add "${need}": {} to "services" in config.json, or take "${name}" out.`,
  });
}

function circle(names: readonly string[]): KoinonError {
  return new KoinonError({
    code: 'K_SERVICE_NEEDS',
    message: `Services need each other in a circle: ${names.join(' → ')}.`,
    fault: 'bug',
  });
}
