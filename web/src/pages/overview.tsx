// SPDX-License-Identifier: Apache-2.0
import { Page } from "../widgets/page";

export default function Placeholder() {
  return <Page title="overview">Soon.</Page>;
}
