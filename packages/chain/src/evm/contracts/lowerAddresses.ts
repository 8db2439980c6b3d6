import type { AbiParameter } from 'viem';
import { lower } from '../../lower.ts';

/** The decoded value with its addresses in lower case, however deep they stand; viem answers them with a checksum. */
export function lowerAddresses(parameter: AbiParameter, value: unknown): unknown {
  const { type } = parameter;
  const array = /^(.*)\[\d*\]$/.exec(type);
  if (array !== null) {
    const element = { ...parameter, type: array[1]! } as AbiParameter;
    return (value as unknown[]).map(item => lowerAddresses(element, item));
  }
  if (type === 'address') return lower(value as string);
  if (!('components' in parameter)) return value;
  const { components } = parameter;
  if (Array.isArray(value)) return components.map((component, i) => lowerAddresses(component, value[i]));
  return lowerArguments(components, value as Record<string, unknown>);
}

/** The same for values under their names. */
export function lowerArguments(
  parameters: readonly AbiParameter[],
  values: Record<string, unknown>,
): Record<string, unknown> {
  const typeOf = new Map(parameters.map(parameter => [parameter.name, parameter]));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const parameter = typeOf.get(name);
      return [name, parameter === undefined ? value : lowerAddresses(parameter, value)];
    }),
  );
}
