// SPDX-License-Identifier: Apache-2.0
import { pieces } from "../base/marks";

/** Text in which marks of redaction are set off. */
export function Marked({ text }: { text: string }) {
  return (
    <>
      {pieces(text).map((piece, at) =>
        piece.mark === undefined ? (
          piece.text
        ) : (
          <mark key={at} className="redacted" title={`${piece.mark}, redacted: equal values have equal marks`}>
            {piece.text}
          </mark>
        ),
      )}
    </>
  );
}
