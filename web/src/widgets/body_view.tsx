// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "react";
import { Button } from "@mantine/core";
import { bytes } from "../base/format";
import { prettyJson } from "../base/json";
import { Marked } from "./text_marks";

const MOST_CHARACTERS = 200_000;

export function RawText({ text, label }: { text: string; label: string }) {
  const [all, setAll] = useState(false);
  const shown = all ? text : text.slice(0, MOST_CHARACTERS);
  return (
    <>
      <pre className="body" role="region" tabIndex={0} aria-label={label}>
        <Marked text={shown} />
      </pre>
      {shown.length < text.length && (
        <Button size="xs" variant="default" onClick={() => setAll(true)}>
          Show all of {bytes(text.length)}
        </Button>
      )}
    </>
  );
}

/** A body: JSON set out in lines, anything else as it is. */
export function BodyView({ text, label }: { text: string; label: string }) {
  const pretty = useMemo(() => prettyJson(text), [text]);
  if (text === "") return <p className="dim">No body</p>;
  if (!pretty) return <RawText text={text} label={label} />;
  return (
    <>
      <pre className="body" role="region" tabIndex={0} aria-label={label}>
        {pretty.lines.map((line, at) => (
          <span key={at} className="json-line" style={{ paddingLeft: `${Math.min(line.indent, 40) * 1.4}em` }}>
            {line.tokens.map((token, place) => (
              <span key={place} className={`json-${token.kind}`}>
                <Marked text={token.text} />
              </span>
            ))}
          </span>
        ))}
      </pre>
      {pretty.cut && <p className="dim">There are more lines: see Raw.</p>}
    </>
  );
}
