// What is looked for in the page's JavaScript beside its types: mistakes, and doors to foreign HTML.

import js from '@eslint/js';
import globals from 'globals';

/** The page's text is only ever text; markup from a string, or a script from one, has no place. */
const HTML = 'Make nodes with h() of view/dom.js: text is only ever text.';
const CODE = 'A string never becomes a program here.';

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { ecmaVersion: 2024, sourceType: 'module', globals: globals.browser },
    rules: {
      'array-callback-return': 'error',
      'default-case-last': 'error',
      'max-len': ['error', { code: 160, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
      'max-lines': ['error', 400],
      'no-constructor-return': 'error',
      'no-duplicate-imports': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'srcdoc', 'createContextualFragment'].map(
          (property) => ({ property, message: HTML }),
        ),
        { object: 'document', property: 'write', message: HTML },
        { object: 'document', property: 'writeln', message: HTML },
      ],
      'no-restricted-globals': ['error', { name: 'DOMParser', message: HTML }],
      'no-restricted-syntax': [
        'error',
        { selector: "Literal[value=/^\\s*javascript:/i]", message: CODE },
        { selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value=/^(on|style$)/i]", message: CODE },
      ],
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-unreachable-loop': 'error',
      'no-unused-vars': ['error', { args: 'after-used', caughtErrors: 'all' }],
      'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
      'no-useless-rename': 'error',
      'no-var': 'error',
      eqeqeq: 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'symbol-description': 'error',
    },
  },
  {
    // Plain scripts: of other sites' pages, in whatever browser those have, and of what comes before the modules.
    files: ['**/ui/embed.js', '**/ui/theme.js', '**/ui/again.js'],
    languageOptions: { sourceType: 'script' },
  },
  {
    // The service worker: no window, no document.
    files: ['**/ui/worker/**/*.js'],
    languageOptions: { globals: { ...Object.fromEntries(Object.keys(globals.browser).map((one) => [one, 'off'])), ...globals.serviceworker } },
  },
  // Generated, and the texts of a language.
  { files: ['**/ui/wire.js', '**/ui/words/*.js'], rules: { 'max-lines': 'off', 'max-len': 'off' } },
  // What the tests say is foreign on purpose.
  { files: ['**/tests/ui/units/*.js'], rules: { 'no-restricted-syntax': 'off' } },
];
