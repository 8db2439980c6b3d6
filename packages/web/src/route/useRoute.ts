import { useEffect, useState } from 'preact/hooks';
import { type Route, routeOf } from './route.ts';

const CHANGED = 'koinon-route';

/** Goes to a page of the dashboard without loading the document again. */
function goTo(path: string): void {
  if (path !== location.pathname) history.pushState(null, '', path);
  dispatchEvent(new Event(CHANGED));
}

/** The present route. Links inside the page change it; so do back and forward. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const change = () => setPath(location.pathname);
    addEventListener('popstate', change);
    addEventListener(CHANGED, change);
    document.addEventListener('click', followLink);
    return () => {
      removeEventListener('popstate', change);
      removeEventListener(CHANGED, change);
      document.removeEventListener('click', followLink);
    };
  }, []);
  return routeOf(path);
}

/** Takes plain clicks on links to our own pages; everything else stays the browser's. */
function followLink(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const link = (event.target as Element).closest?.('a');
  const href = link?.getAttribute('href');
  if (!link || !href?.startsWith('/') || link.hasAttribute('download') || link.hasAttribute('target')) return;
  const { pathname } = new URL(href, location.origin);
  if (routeOf(pathname).page === 'missing' || pathname.startsWith('/api')) return;
  event.preventDefault();
  goTo(pathname);
}
