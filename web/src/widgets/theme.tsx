// SPDX-License-Identifier: Apache-2.0
import { createTheme, Menu, Modal, Tooltip } from "@mantine/core";

const system = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif";
const mono = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 8, dark: 8 },
  fontFamily: system,
  fontFamilyMonospace: mono,
  defaultRadius: "sm",
  cursorType: "pointer",
  components: {
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 200 } }),
    Menu: Menu.extend({ defaultProps: { transitionProps: { duration: 0 } } }),
    Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 0 } } }),
  },
});
