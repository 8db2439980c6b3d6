export { type DevAccount, devAccount } from './devAccounts.ts';
export { type Anvil, type StartAnvilOptions, startAnvil } from './startAnvil.ts';
