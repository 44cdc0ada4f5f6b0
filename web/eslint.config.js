// SPDX-License-Identifier: Apache-2.0
// The rooms of src: api and base know nothing of the others, widgets know these two, pages know all. Only api fetches.
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const room = (folder, others) => ({
  files: [`src/${folder}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: others.map((other) => `**/${other}/**`), message: `${folder} must not know ${others.join(", ")}` },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.ts", "test-results"] },
  js.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}", "e2e/**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ["./tsconfig.json", "./e2e/tsconfig.json"] } },
    plugins: { "react-hooks": reactHooks },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "max-lines": ["error", { max: 400 }],
      "no-console": "error",
    },
  },
  {
    files: ["src/**/*.tsx"],
    ...jsxA11y.flatConfigs.strict,
    rules: {
      ...jsxA11y.flatConfigs.strict.rules,
      // what scrolls must be reached by the keyboard
      "jsx-a11y/no-noninteractive-tabindex": ["error", { tags: [], roles: ["tabpanel", "region"] }],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "what was captured is text" },
        { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML)$/]", message: "what was captured is text" },
      ],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/api/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "fetch", message: "only api fetches" },
        { name: "EventSource", message: "only api fetches" },
        { name: "XMLHttpRequest", message: "only api fetches" },
        { name: "WebSocket", message: "only api fetches" },
      ],
    },
  },
  room("base", ["api", "widgets", "pages"]),
  room("api", ["widgets", "pages"]),
  room("widgets", ["pages"]),
  {
    files: ["public/*.js"],
    languageOptions: { globals: { document: "readonly", window: "readonly", localStorage: "readonly" } },
  },
  {
    files: ["*.mjs", "*.js", "bench/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly" } },
  },
  {
    // what it says in page.evaluate() runs there
    files: ["bench/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["document", "window", "performance", "sessionStorage", "requestAnimationFrame", "MutationObserver"].map(
          (name) => [name, "readonly"],
        ),
      ),
    },
  },
);
