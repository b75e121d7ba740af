import { useState } from "preact/hooks";
import { enter, wanted } from "../state/token";

/** Shown in place of a page when the server asks for a token. */
export function TokenEntry() {
  const [text, setText] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim() !== "") enter(text);
  };
  return (
    <form class="card stack settings" onSubmit={submit}>
      <h1>This server asks for a token</h1>
      <p class="muted">
        Make one with <code>tunewright token create</code>. It is kept in this browser only, and sent with each call.
      </p>
      <div class="field">
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          value={text}
          aria-invalid={wanted.value === "refused"}
          aria-describedby="token-error"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <span id="token-error" class="error">
          {wanted.value === "refused" && "the server does not know this token, or it has expired"}
        </span>
      </div>
      <div class="actions">
        <button type="submit" class="primary">
          Use this token
        </button>
      </div>
    </form>
  );
}
