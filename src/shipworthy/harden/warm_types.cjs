// Keeps a TypeScript program in memory and checks what changed: one line of JSON for each line read.
//
// node warm_types.cjs TYPESCRIPT CONFIG ROOT
// Answers {"errors": [[path, code, text], …]} with paths from ROOT, or {"failed": why}.
"use strict";
const path = require("node:path");
const readline = require("node:readline");

const [library, config, root] = process.argv.slice(2);
const ts = require(library);
const host = ts.sys;
const versions = new Map();
let program;

function text(message) {
  return ts.flattenDiagnosticMessageText(message, " ");
}

function parsed() {
  const complaints = [];
  const read = { ...host, onUnRecoverableConfigFileDiagnostic: (d) => complaints.push(d) };
  const found = ts.getParsedCommandLineOfConfigFile(config, { noEmit: true }, read);
  return { found, complaints: found ? found.errors : complaints };
}

function compilerHost(options) {
  const made = ts.createIncrementalCompilerHost(options, host);
  const known = new Map();
  const original = made.getSourceFile.bind(made);
  made.getSourceFile = (name, ...rest) => {
    const content = host.readFile(name);
    if (content === undefined) return undefined;
    const version = host.createHash ? host.createHash(content) : content;
    const kept = versions.get(name);
    if (kept && kept.version === version) return kept;
    const file = original(name, ...rest);
    if (file) {
      file.version = version;
      versions.set(name, file);
    }
    known.set(name, file);
    return file;
  };
  return made;
}

function check() {
  const { found, complaints } = parsed();
  if (!found) return complaints;
  const options = { ...found.options, noEmit: true, incremental: true, tsBuildInfoFile: undefined };
  delete options.tsBuildInfoFile;
  options.incremental = false;
  options.composite = false;
  program = ts.createSemanticDiagnosticsBuilderProgram(
    found.fileNames,
    options,
    compilerHost(options),
    program,
    found.errors,
    found.projectReferences,
  );
  return [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSemanticDiagnostics(),
  ];
}

function listed(diagnostics) {
  return diagnostics
    .filter((d) => d.category === ts.DiagnosticCategory.Error)
    .map((d) => [
      d.file ? path.relative(root, d.file.fileName).split(path.sep).join("/") : "",
      `TS${d.code}`,
      text(d.messageText),
    ]);
}

// A compiler may stumble over what it kept; without that it starts anew, and only then gives up.
function answered() {
  const kept = program !== undefined;
  try {
    return { errors: listed(check()) };
  } catch (error) {
    program = undefined;
    versions.clear();
    if (kept) return answered();
    return { failed: String((error && error.message) || error) };
  }
}

readline.createInterface({ input: process.stdin }).on("line", () => {
  process.stdout.write(`${JSON.stringify(answered())}\n`);
});
