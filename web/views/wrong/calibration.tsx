/** Whether the network is as often right as it is confident. */
import { amount } from "../../../src/data/words.ts";
import type { Survey } from "../../protocol/survey.ts";
import { percent } from "../percent.ts";

/** The section. */
export function Calibration({ known: { reliability, ece, calibrated, heldOut } }: { known: Survey }) {
  return (
    <section aria-labelledby="calibration-title">
      <h2 id="calibration-title">Confidence and truth</h2>
      <p>
        {ece === null
          ? `No images of ${heldOut} to say it by.`
          : `Confidence and the share of right answers on ${heldOut} are ${
            (100 * ece).toFixed(1)
          } points apart on average (expected calibration error).`}
        {calibrated &&
          ` Divided by a temperature of ${
              calibrated.temperature.toFixed(2)
            }, which validation has fitted and ` +
            `predict uses, they are ${(100 * calibrated.ece).toFixed(1)} points apart.`}
      </p>
      <table class="counts">
        <thead>
          <tr>
            <th scope="col">confidence</th>
            <th scope="col">right</th>
            <th scope="col">images</th>
          </tr>
        </thead>
        <tbody>
          {reliability.map(({ confidence, right, images }) => (
            <tr key={confidence}>
              <th scope="row">{percent(confidence)}</th>
              <td>
                <meter min={0} max={1} value={right} aria-hidden="true" />
                {percent(right)}
              </td>
              <td>{amount(images)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
