import { useState } from 'preact/hooks';
import { forgetToken, keepToken, readToken } from '../api/token.ts';
import { TokenForm } from '../parts/TokenForm.tsx';
import { Requests } from './Requests.tsx';
import { WhatLeft } from './WhatLeft.tsx';

/** Where a data owner decides, and sees what left the building. Shown on a custodian's own page. */
export function OwnerDesk({ services }: { services: readonly string[] }) {
  const [hasToken, setHasToken] = useState(readToken() !== undefined);
  if (!hasToken) {
    return (
      <TokenForm
        title="For the data owner"
        why="This node holds data. To answer requests, give the node’s token."
        onToken={token => {
          keepToken(token);
          setHasToken(true);
        }}
      />
    );
  }
  return (
    <>
      <Requests
        onRefused={() => {
          forgetToken();
          setHasToken(false);
        }}
      />
      {services.includes('work') && <WhatLeft />}
    </>
  );
}
