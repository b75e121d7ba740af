// What this browser shows, and how; nothing here changes the server.

import { useEffect, useState } from "preact/hooks";
import { download } from "../api/client";
import { number } from "../format/number";
import { ChoiceGroup } from "../parts/choice-group";
import { sayProblem } from "../parts/toasts";
import { server } from "../state/server";
import { numberStyle, theme, type NumberStyle } from "../state/settings";
import { enter, forget, token } from "../state/token";

const SAMPLE = 12345.678901234567;

export function Settings() {
  useEffect(() => {
    document.title = "Settings · Tunewright";
  }, []);
  return (
    <div class="stack settings">
      <h1>Settings</h1>
      <section class="card stack" aria-labelledby="settings-look">
        <h2 id="settings-look">Appearance</h2>
        <div class="field">
          <span>Theme</span>
          <ChoiceGroup
            label="Theme"
            value={theme.value}
            choices={[
              ["system", "As the system"],
              ["light", "Light"],
              ["dark", "Dark"],
            ]}
            onChoose={(chosen) => (theme.value = chosen)}
          />
        </div>
        <p class="hint">Less motion and forced colours follow the system's settings.</p>
      </section>
      <Numbers />
      <Token />
      <About />
    </div>
  );
}

function Numbers() {
  const style = numberStyle.value;
  return (
    <section class="card stack" aria-labelledby="settings-numbers">
      <h2 id="settings-numbers">Numbers</h2>
      <div class="field">
        <span>Significant digits</span>
        <ChoiceGroup
          label="Significant digits"
          value={String(style.digits)}
          choices={[
            ["4", "4"],
            ["6", "6"],
            ["17", "all"],
          ]}
          onChoose={(digits) => (numberStyle.value = { ...style, digits: Number(digits) as NumberStyle["digits"] })}
        />
      </div>
      <div class="field">
        <span>Between thousands</span>
        <ChoiceGroup
          label="Between thousands"
          value={style.thousands}
          choices={[
            ["space", "thin space"],
            ["comma", "comma"],
            ["none", "nothing"],
          ]}
          onChoose={(thousands) => (numberStyle.value = { ...style, thousands })}
        />
      </div>
      <p class="hint">For example {number(SAMPLE)}. All digits are on hover, and in what is copied.</p>
    </section>
  );
}

function Token() {
  const [text, setText] = useState("");
  const asks = server.value?.auth ?? true;
  const save = (event: Event): void => {
    event.preventDefault();
    if (text.trim() === "") return;
    enter(text);
    setText("");
  };
  return (
    <section class="card" aria-labelledby="settings-token">
      <form class="stack" onSubmit={save}>
        <h2 id="settings-token">Token</h2>
        <p class="hint">
          {asks ? "Sent with each call, and kept in this browser only." : "This server asks for no tokens."}{" "}
          {token.value === "" ? "None is kept." : "One is kept."}
        </p>
        <div class="field">
          <label for="settings-token-text">{token.value === "" ? "Token" : "Another token"}</label>
          <input
            id="settings-token-text"
            type="password"
            autocomplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <div class="actions">
          {token.value !== "" && (
            <button type="button" onClick={forget}>
              Forget the token
            </button>
          )}
          <button type="submit" class="primary" disabled={text.trim() === ""}>
            Use this token
          </button>
        </div>
      </form>
    </section>
  );
}

function About() {
  const info = server.value;
  const saveApi = async (): Promise<void> => {
    try {
      await download("/openapi.json", "tunewright-openapi.json");
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <section class="card stack" aria-labelledby="settings-about">
      <h2 id="settings-about">This server</h2>
      {info && (
        <dl class="pairs">
          <dt>Version</dt>
          <dd>{info.version}</dd>
          <dt>Durability</dt>
          <dd>{info.durability}</dd>
          <dt>You may</dt>
          <dd>{info.may_administer ? "read, control and administer" : info.may_control ? "read and control" : "read"}</dd>
        </dl>
      )}
      <div class="row">
        <a class="button" href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
          HTTP API (OpenAPI)
        </a>
        <button type="button" onClick={() => void saveApi()}>
          Download it
        </button>
        <a class="button" href="/metrics" target="_blank" rel="noreferrer">
          Metrics (Prometheus)
        </a>
      </div>
    </section>
  );
}
