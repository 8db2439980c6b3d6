import type { Role } from '@koinon/protocol';
import type { z } from 'zod';
import type { servicesSchema } from './services.ts';

type Services = z.input<typeof servicesSchema>;
type Terms = NonNullable<NonNullable<Services['work']>['terms']>;

/**
 * The services of a node that is to be seen in these roles. Every node answers the court; whoever asks for work is served its
 * models; data in custody is worked on where it lies. It gives itself the name, where its operator key is its owner.
 */
export function servicesFor(roles: readonly Role[], terms?: Terms, name?: string): Services {
  const has = (role: Role) => roles.includes(role);
  return {
    court: {},
    names: name === undefined ? {} : { name },
    ...(has('custody') ? { custody: {} } : {}),
    ...(has('custody') || has('provide') ? { work: has('provide') && terms ? { terms } : {} } : {}),
    ...(has('audit') ? { audit: {} } : {}),
    ...(has('gateway') ? { studies: {}, serving: {} } : {}),
  };
}
