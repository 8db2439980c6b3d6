import { useState } from 'preact/hooks';

/** Asks for the node's token. Where it is kept is up to who asks. */
export function TokenForm({
  title,
  why,
  onToken,
}: {
  title: string;
  why: string;
  onToken(token: string): void;
}) {
  const [token, setToken] = useState('');
  return (
    <section class="box" aria-labelledby="token-form">
      <h2 id="token-form">{title}</h2>
      <p>
        {why} It is the text of the file <code>api-token</code> in the node’s folder. It stays in this tab and
        is gone when you close it.
      </p>
      <form
        onSubmit={event => {
          event.preventDefault();
          if (token.trim() !== '') onToken(token.trim());
        }}
      >
        <div class="field">
          <label for="token">Token of this node</label>
          <input
            id="token"
            type="password"
            autocomplete="off"
            value={token}
            onInput={event => setToken(event.currentTarget.value)}
          />
        </div>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </section>
  );
}
