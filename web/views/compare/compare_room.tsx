/** Two or more of a kind side by side: runs, or versions of the dataset that is open. */
import { subject } from "../../state/comparison.ts";
import { RunsPart } from "./runs_part.tsx";
import { VersionsPart } from "./versions_part.tsx";

const SUBJECTS = [["runs", "runs"], ["versions", "this dataset with an earlier version"]] as const;

/** The room. */
export function CompareRoom() {
  return (
    <>
      <fieldset class="subjects">
        <legend>Compare</legend>
        {SUBJECTS.map(([value, text]) => (
          <label key={value}>
            <input
              type="radio"
              name="subject"
              checked={subject.value === value}
              onChange={() => subject.value = value}
            />{" "}
            {text}
          </label>
        ))}
      </fieldset>
      {subject.value === "runs" ? <RunsPart /> : <VersionsPart />}
    </>
  );
}
