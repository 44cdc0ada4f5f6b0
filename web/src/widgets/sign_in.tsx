// SPDX-License-Identifier: Apache-2.0
// Stands in place of any page while no token is known: its address stays, and is where one is afterwards.
import { Alert, Button, Checkbox, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { Problem, tryToken } from "../api/sign_in";
import { keepToken, wasRefused } from "../api/token";
import { Logo } from "./icons";
import { useTitle } from "./page";

export function SignIn() {
  useTitle("Sign in");
  const [value, setValue] = useState("");
  const [stay, setStay] = useState(false);
  const [wrong, setWrong] = useState("");
  const [refused] = useState(wasRefused);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const given = value.trim();
    if (!/^[\x21-\x7e]+$/.test(given)) {
      setWrong("A token has no blanks and no letters beyond ASCII");
      return;
    }
    setBusy(true);
    setWrong("");
    try {
      await tryToken(given);
      keepToken(given, stay);
    } catch (error) {
      const unknown = error instanceof Problem && error.status === 401;
      setWrong(
        unknown ? "The server does not know this token" : error instanceof Error ? error.message : "It did not work",
      );
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <Paper withBorder p="xl" className="sign-in-box" component="form" onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <div className="brand">
            <Logo size={30} />
            apiarist
          </div>
          <Title order={1} size="h3">
            Sign in
          </Title>
          {refused && (
            <Alert className="failed" variant="outline" role="alert">
              Your token is not accepted any more.
            </Alert>
          )}
          <PasswordInput
            label="Token"
            name="token"
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            error={wrong === "" ? null : wrong}
            visibilityToggleButtonProps={{ "aria-label": "Show the token" }}
            required
          />
          <Checkbox
            label="Stay signed in on this browser"
            checked={stay}
            onChange={(event) => setStay(event.currentTarget.checked)}
          />
          <Button type="submit" loading={busy} disabled={value.trim() === ""}>
            Sign in
          </Button>
          <Text size="sm" className="dim">
            The first start wrote two tokens into the folder of the inventory: <code>admin.token</code> and{" "}
            <code>reader.token</code>, which may look only. <code>apiarist tokens</code> writes new ones there, in place
            of those of before.
          </Text>
        </Stack>
      </Paper>
    </main>
  );
}
