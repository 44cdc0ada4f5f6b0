// SPDX-License-Identifier: Apache-2.0
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./styles/base.css";
import "./styles/widgets.css";
import "./styles/records.css";
import { createRoot } from "react-dom/client";
import { App } from "./pages/app";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
