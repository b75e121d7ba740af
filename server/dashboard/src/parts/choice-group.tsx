// A few choices of which one holds, side by side.

interface ChoiceGroupProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [value: T, word: string])[];
  onChoose: (value: T) => void;
}

export function ChoiceGroup<T extends string>(props: ChoiceGroupProps<T>) {
  return (
    <div class="group" role="group" aria-label={props.label}>
      {props.choices.map(([value, word]) => (
        <button key={value} type="button" aria-pressed={value === props.value} onClick={() => props.onChoose(value)}>
          {word}
        </button>
      ))}
    </div>
  );
}
