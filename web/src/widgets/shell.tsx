// SPDX-License-Identifier: Apache-2.0
// What stands around each page: the way to the others, the state of the collector, theme and session.
import { AppShell, Burger, Group, NavLink, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { Link, Outlet, useLocation } from "react-router";
import { useGet } from "../api/hooks";
import { stateOf } from "../base/collector_state";
import { Icon, Logo, type IconName } from "./icons";
import { SessionMenu, ThemeMenu } from "./session_menu";

const PAGES: { to: string; label: string; icon: IconName }[] = [
  { to: "/", label: "Overview", icon: "overview" },
  { to: "/collections", label: "Collections", icon: "collections" },
  { to: "/endpoints", label: "Endpoints", icon: "endpoints" },
  { to: "/changes", label: "Changes", icon: "changes" },
  { to: "/sensitive", label: "Sensitive data", icon: "sensitive" },
  { to: "/map", label: "Service map", icon: "map" },
  { to: "/live", label: "Live", icon: "live" },
  { to: "/openapi", label: "OpenAPI", icon: "openapi" },
  { to: "/collector", label: "Collector", icon: "collector" },
];

function CollectorState() {
  const collector = useGet("/api/v1/collector", undefined, { every: 10000 });
  const { data, error } = collector;
  // what was known of it may be so no more
  if (error) return <Text className="state state-bad">not reachable</Text>;
  if (!data) return null;
  const state = stateOf(data);
  return (
    <Link to="/collector" className={`state state-${state.tone}`} title={state.why === "" ? data.host : state.why}>
      <span className="dot" aria-hidden="true" />
      {state.label}
      <span className="state-host"> · {data.host}</span>
    </Link>
  );
}

export function Shell() {
  const [open, menu] = useDisclosure(false);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const close = menu.close;
  // another page: the menu goes, and a reader of screens is at its beginning
  useEffect(() => {
    close();
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname, close]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding="md"
    >
      <a href="#main" className="skip-link">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={open}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={open ? "Close the menu" : "Open the menu"}
            />
            <Link to="/" className="brand">
              <Logo />
              apiarist
            </Link>
          </Group>
          <Group gap={4} wrap="nowrap">
            <CollectorState />
            <ThemeMenu />
            <SessionMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        {PAGES.map(({ to, label, icon }) => {
          const here = to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`);
          return (
            <NavLink
              key={to}
              component={Link}
              to={to}
              label={label}
              active={here}
              aria-current={here ? "page" : undefined}
              leftSection={<Icon name={icon} />}
              className="nav-link"
            />
          );
        })}
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
