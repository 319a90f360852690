/// The style sheet of handouts, for screens and A4 paper. Fonts are named, never fetched; every stack ends
/// in a Chinese family and a generic one.
let handoutStyle = """
  /* The quotation marks of both scripts share their codes: Chinese text takes them from its own font. */
  @font-face { font-family: "Chinese punctuation"; unicode-range: U+2018-201D, U+2026;
    src: local("Noto Sans CJK SC"), local("NotoSansCJKsc-Regular"), local("Source Han Sans SC"), local("PingFang SC"),
      local("Microsoft YaHei"); }
  /* Some fonts of formulas ask for lines twice as high as what stands in them. */
  @font-face { font-family: "Formula"; src: local("STIX Two Math"), local("Libertinus Math"), local("STIX Math"), local("Cambria Math");
    ascent-override: 95%; descent-override: 30%; line-gap-override: 0%; }
  :root {
    --ink: #1a1a1a; --soft: #595959; --rule: #b8b8b8; --faint: #f5f5f3;
    --accent: #0072b2; --solution: #00694f; --hint: #8a5a00; --instructor: #8c3a6b;
    --sans: "Noto Sans", "Source Sans 3", "Helvetica Neue", Arial, "Noto Sans CJK SC", "Source Han Sans SC",
      "PingFang SC", "Microsoft YaHei", sans-serif;
    --mono: "Noto Sans Mono", "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace;
  }
  * { box-sizing: border-box; }
  html { font: 400 16px/1.55 var(--sans); color: var(--ink); background: #fff; -webkit-text-size-adjust: 100%; }
  body { max-width: 46em; margin: 0 auto; padding: 2.5em 1.25em 4em; font-variant-numeric: lining-nums; }
  html:lang(zh) { line-height: 1.75; font-family: "Chinese punctuation", var(--sans); }
  p, ul, ol { margin: 0.7em 0; }
  li { margin: 0.25em 0; }
  a { color: inherit; text-decoration: underline; text-decoration-color: var(--rule); text-underline-offset: 0.18em; }
  ol[type="a"] > li::marker { content: "(" counter(list-item, lower-alpha) ")\\00a0"; }
  strong { font-weight: 600; }
  :lang(zh) em { font-style: normal; text-emphasis: filled dot; text-emphasis-position: under right;
    -webkit-text-emphasis: filled dot; -webkit-text-emphasis-position: under right; }

  header { margin-bottom: 2em; padding-bottom: 1em; border-bottom: 2px solid var(--ink); }
  h1 { font-size: 1.75em; line-height: 1.25; font-weight: 650; margin: 0; text-wrap: balance; }
  .subtitle { font-size: 1.1em; color: var(--soft); margin: 0.35em 0 0; }
  .facts { font-size: 0.875em; color: var(--soft); margin: 0.6em 0 0; }
  .version { display: inline-block; margin: 0.9em 0 0; padding: 0.1em 0.7em; font-size: 0.875em; font-weight: 600;
    color: var(--solution); border: 1px solid currentColor; border-radius: 3px; }
  .who { display: flex; gap: 0.6em; align-items: baseline; margin: 1.6em 0 0; font-size: 0.875em; }
  .who i { flex: 1; border-bottom: 1px solid var(--ink); margin-right: 1.2em; }
  .who i:last-child { flex: 0.6; margin-right: 0; }

  h2, h3, h4, h5, h6 { line-height: 1.3; font-weight: 650; margin: 1.9em 0 0.6em; break-after: avoid; text-wrap: balance; }
  h2 { font-size: 1.3em; }
  h3 { font-size: 1.1em; }
  h4, h5, h6 { font-size: 1em; }
  .secno { display: inline-block; min-width: 1.6em; margin-right: 0.25em; color: var(--soft); font-weight: 500; }

  code, pre { font-family: var(--mono); font-size: 0.84em; font-variant-ligatures: none; }
  pre { line-height: 1.42; margin: 0.9em 0; padding: 0.7em 0.9em; background: var(--faint); border-radius: 3px;
    overflow-x: auto; white-space: pre; break-inside: avoid; }
  pre code { font-size: 1em; }
  pre.command { white-space: pre-wrap; border-left: 3px solid var(--accent); }
  pre.command + pre.output { margin-top: -0.5em; }
  .lead-in { display: block; margin-bottom: -0.7em; font-size: 0.875em; color: var(--soft); break-after: avoid; }
  pre.output { background: none; border: 1px solid #dcdcd8; }
  pre.notes { white-space: pre-wrap; }
  code.short { white-space: nowrap; }

  table { border-collapse: collapse; margin: 0.6em auto; font-size: 0.9em; line-height: 1.4;
    font-variant-numeric: lining-nums tabular-nums; border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); }
  thead { border-bottom: 0.75px solid var(--ink); }
  th { font-weight: 600; text-align: left; }
  th[scope="row"] { font-weight: 400; }
  th, td { padding: 0.28em 0.8em; vertical-align: baseline; }
  tr:has(> :nth-child(10)) > * { padding-left: 0.45em; padding-right: 0.45em; }
  th:first-child, td:first-child { padding-left: 0.2em; }
  th:last-child, td:last-child { padding-right: 0.2em; }
  tr { break-inside: avoid; }
  .table { margin: 1.5em 0; break-inside: avoid; overflow-x: auto; }
  .table table { min-width: min(34em, 100%); }
  caption { text-align: left; padding: 0 0.2em 0.5em; }
  caption, figcaption { line-height: 1.45; color: var(--ink); }
  figcaption { font-size: 0.9em; margin-top: 0.6em; }
  figcaption p { margin: 0; }
  .label { font-weight: 650; }
  figure { max-width: 100%; margin: 1.7em auto; break-inside: avoid; }
  figure img { display: block; width: 100%; height: auto; }
  main > p > img, .problem > p > img, li img { max-width: 100%; height: auto; }

  math { font-family: "Formula", "Latin Modern Math",
      "DejaVu Math TeX Gyre", math, "Noto Sans Math"; font-size: 1.06em; }
  mtd { padding: 0.2em 0.35em; }
  mtd[columnalign="right"] { text-align: right; text-align: -webkit-right; padding-right: 0; }
  mtd[columnalign="left"] { text-align: left; text-align: -webkit-left; padding-left: 0.25em; }
  mtd[columnalign="left"] > mo:first-child { padding-left: 0.28em; padding-right: 0.28em; }
  .equation { display: flex; align-items: center; margin: 1em 0; break-inside: avoid; }
  .equation > p { margin: 0; }
  .equation > p:first-child { flex: 1; overflow-x: auto; overflow-y: hidden; padding-left: 2.5em; }
  .equation > p:last-child { flex: none; min-width: 2.5em; text-align: right; }

  .problem { margin: 1.7em 0; padding: 0.75em 1.1em; border: 1px solid var(--rule); border-left: 4px solid var(--accent);
    border-radius: 3px; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
  .problem > .head p { display: flex; gap: 0.7em; align-items: baseline; margin: 0; }
  .problem > .head { break-after: avoid; }
  .problem .head .label { color: var(--accent); white-space: nowrap; }
  .problem .head .title { font-weight: 600; }
  .problem .head .points { margin-left: auto; font-size: 0.875em; color: var(--soft); white-space: nowrap; }
  .box { margin: 1em 0; padding: 0.1em 0 0.1em 1em; border-left: 3px solid var(--tone); }
  .box > p:first-child { margin-bottom: 0.3em; break-after: avoid; }
  .box > p:first-child .label { color: var(--tone); }
  .box > p:last-child { margin-bottom: 0.3em; }
  .hint { --tone: var(--hint); }
  .solution { --tone: var(--solution); }
  .rubric, .instructor { --tone: var(--instructor); }
  .rubric, .instructor { font-size: 0.94em; }
  .answer { margin: 0.5em 0 1.1em; break-inside: avoid; }
  .answer div { break-inside: avoid; height: 2.1em; border-bottom: 1px solid var(--rule); }

  .index table { margin-left: 0; }
  .index h2 [lang] { display: block; }
  .index .subtitle [lang] { display: block; }
  .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20em, 100%), 1fr)); gap: 1.8em 1.6em; padding: 0;
    list-style: none; }
  .cards img { width: 100%; height: auto; border: 1px solid #e4e4e0; }
  .cards li { break-inside: avoid; }
  .cards p { font-size: 0.85em; line-height: 1.4; margin: 0.3em 0; }
  .muted { color: var(--soft); }

  @media screen and (max-width: 34em) {
    html { font-size: 15px; }
    body { padding: 1.4em 1em 3em; }
    .problem { padding: 0.7em 0.8em; }
    .problem > .head p { flex-wrap: wrap; gap: 0.2em 0.7em; }
    .problem .head .points { margin-left: 0; flex-basis: 100%; white-space: normal; }
  }
  @page {
    size: A4; margin: 18mm 19mm 20mm 19mm;
    @bottom-center { content: counter(page) " / " counter(pages); font: 8pt "Noto Sans", Arial, sans-serif; color: #595959; }
  }
  @media print {
    html { font-size: 10pt; line-height: 1.45; }
    html:lang(zh) { line-height: 1.6; }
    body { max-width: none; margin: 0; padding: 0 1px 0 0; }
    p { orphans: 3; widows: 3; }
    a { text-decoration: none; }
    table { break-inside: avoid; line-height: 1.25; }
    /* A long table of words may be continued; one of numbers is compared by eye. */
    .table:has(tbody > tr:nth-child(7) > td:last-child[style*="left"]), .table:has(tbody > tr:nth-child(7) > td:last-child[style*="left"]) table {
      break-inside: auto; }
    caption, thead, thead > tr { break-after: avoid; }
    thead + tbody > tr:first-child { break-before: avoid; }
    tbody > tr:nth-child(-n+2):not(:last-child) { break-after: avoid; }
    tbody > tr:nth-last-child(-n+2):not(:first-child) { break-before: avoid; }
    pre { white-space: pre-wrap; font-size: 8pt; line-height: 1.25; padding: 0.4em 0.8em; margin: 0.6em 0;
      -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    pre code { font-size: 1em; }
    th, td { padding: 0.28em 0.6em; }
    tr:has(> :nth-child(10)) > * { padding: 0.28em 0.4em; }
    .table { margin: 1.1em 0; overflow: visible; }
    pre.command:has(+ pre), pre.command:has(+ p > .lead-in), pre.command:has(+ .table), p:has(> .lead-in), p:has(+ pre.command), p:has(+ ul), p:has(+ ol), ul > li:first-child:not(:last-child), p:has(+ table), p:has(+ p > math[display="block"]:only-child), p:has(+ .equation), p:has(+ .table) {
      break-after: avoid; }
    h2, h3, h4 { margin-top: 1.5em; }
    figure { margin: 1.1em 0; }
    .problem { margin: 1.2em 0; padding-bottom: 0.4em; }
    .problem > p:has(+ ol), .problem > p:has(+ .hint), .problem > p:has(+ .answer), .problem > ol:has(+ .hint), .problem > ol:has(+ .answer) {
      break-after: avoid; }
    .problem > p:has(+ pre) { break-after: avoid; }
    .report .problem { break-inside: avoid; }
    .problem:has(> .answer):not(:has(> .answer > div:nth-child(7))) { break-inside: avoid; }
    .problem > ol > li, .problem > .hint { break-inside: avoid; }
    .answer { margin-bottom: 0.6em; }
    .answer div { height: 8mm; }
    .answer div:nth-child(-n+3), .answer div:nth-last-child(-n+2) { break-before: avoid; }
    .cards { grid-template-columns: repeat(2, 1fr); }
  }
  """
