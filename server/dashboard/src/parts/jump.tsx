// Types a name or a number, and is there.

import { useEffect, useRef, useState } from "preact/hooks";
import type { StudyList } from "../api/types";
import { count } from "../format/number";
import { useAnswer } from "../state/answer";
import { currentStudy } from "../state/current-study";
import { navigate, studyUrl } from "../state/route";
import { Dialog } from "./dialog";
import { ended } from "./progress";

interface Target {
  url: string;
  name: string;
  note: string;
}

const MOST_TARGETS = 12;

export function Jump({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const words = text.trim();
  const { data } = useAnswer<StudyList>(`/studies?q=${encodeURIComponent(words)}&limit=${MOST_TARGETS}`);
  const targets = [...trialTargets(words), ...studyTargets(data)].slice(0, MOST_TARGETS);
  const at = Math.min(chosen, targets.length - 1);
  useEffect(() => input.current?.focus(), []);

  const go = (target: Target | undefined): void => {
    if (!target) return;
    onClose();
    navigate(target.url);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setChosen(Math.min(at + 1, targets.length - 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(at - 1, 0));
    else if (event.key === "Enter") go(targets[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Jump to a study or a trial" onClose={onClose}>
      <div class="jump">
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Name of a study, or number of a trial of the open study"
          aria-expanded={targets.length > 0}
          aria-controls="jump-targets"
          aria-activedescendant={at >= 0 ? `jump-${at}` : undefined}
          placeholder="name of a study, or number of a trial"
          autocomplete="off"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={onKey}
        />
        <ul id="jump-targets" role="listbox" aria-label="Places">
          {targets.map((target, index) => (
            <li
              key={target.url}
              id={`jump-${index}`}
              role="option"
              aria-selected={index === at}
              onClick={() => go(target)}
            >
              <span>{target.name}</span>
              <span class="muted">{target.note}</span>
            </li>
          ))}
        </ul>
        {targets.length === 0 && data !== null && <p class="muted">nothing of that name</p>}
      </div>
    </Dialog>
  );
}

function trialTargets(words: string): Target[] {
  const store = currentStudy.value;
  const number = words.replace("#", "");
  if (!store || !/^\d+$/.test(number)) return [];
  const url = studyUrl(store.project, store.name, `t/${number}`);
  return [{ url, name: `Trial ${number}`, note: `of ${store.name}` }];
}

function studyTargets(list: StudyList | null): Target[] {
  return (list?.studies ?? []).map((study) => ({
    url: studyUrl(study.project, study.name),
    name: study.name,
    note: `${study.project} · ${study.state} · ${count(ended(study.counts))} ended`,
  }));
}
