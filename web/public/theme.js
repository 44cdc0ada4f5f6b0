// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that a dark page does not flash white. A file of its own: the content security policy
// allows no script in the page. The key is the one that Mantine keeps the choice under.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("mantine-color-scheme-value");
  } catch {
    choice = null;
  }
  var dark = choice === "dark" || (choice !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
