const KEY = 'koinon-token';

/**
 * Takes the node's token out of the address (`#token=…`, which a browser sends to nobody) and keeps it for this tab
 * only; it does not stay in the address bar or the history.
 */
export function takeToken(): void {
  const token = /^#token=([\w-]{8,256})$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  sessionStorage.setItem(KEY, token);
  history.replaceState(null, '', location.pathname + location.search);
}

export function readToken(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
