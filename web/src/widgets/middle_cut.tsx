// SPDX-License-Identifier: Apache-2.0
import { tailOf } from "../base/format";

/** A name whose port stays in sight where it has no room: ports tell rows apart. Its text is there once and whole. */
export function MiddleCut({ text }: { text: string }) {
  const tail = tailOf(text);
  if (tail === "") {
    return (
      <span className="middle" title={text}>
        <span className="middle-head">{text}</span>
      </span>
    );
  }
  return (
    <span className="middle" data-tail={tail} title={text}>
      <span className="middle-head">
        {text.slice(0, -tail.length)}
        <span className="middle-rest">{tail}</span>
      </span>
    </span>
  );
}
