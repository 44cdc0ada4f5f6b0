// SPDX-License-Identifier: Apache-2.0
import { CloseButton, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons";
import { useSlash } from "./row_keys";

const REST_MS = 250;

/** Says what was typed when the typing rests. */
export function SearchField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  slash?: boolean;
}) {
  const { value, onChange } = props;
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const none = useRef<HTMLInputElement>(null);
  useSlash(props.slash === false ? none : field);
  // the address changed by another way than this field
  if (value !== told) {
    setTold(value);
    setText(value);
  }
  useEffect(() => {
    if (text === told) return;
    const timer = setTimeout(() => {
      setTold(text);
      onChange(text);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text, told, onChange]);
  return (
    <TextInput
      ref={field}
      className="search-field"
      aria-label={props.label}
      placeholder={props.slash === false ? props.label : `${props.label}  ( / )`}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      leftSection={<Icon name="search" size={15} />}
      rightSection={
        text === "" ? null : <CloseButton size="sm" aria-label="Clear the search" onClick={() => setText("")} />
      }
    />
  );
}
