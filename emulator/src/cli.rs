//! Command line.

use std::path::PathBuf;

pub(crate) const HELP: &str = "\
A SendSafely-compatible server on loopback, for demos, tests and benchmarks.

Usage: sendsafely-emulator [options]

  --port N            API port (0 = any free one, the default)
  --storage-port N    storage port
  --admin-port N      admin port
  --ready-file PATH   written when all ports accept: URLs and credentials as JSON
  --data-dir DIR      keep packages and parts in DIR across restarts (default: memory)
  --tls               API and storage speak TLS with a certificate made at start
  --tls-dir DIR       where the authority's certificate is written (default: a temporary directory)
  --email E           e-mail address of the first user, an administrator
  --api-key K         API key of the first user (default: random)
  --api-secret S      API secret of the first user (default: random)
  --exit-with-stdin   exit when standard input is closed
  --print-config      print the content of the ready file instead of the text for people
  --help, --version
";

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) storage_port: u16,
    pub(crate) admin_port: u16,
    pub(crate) ready_file: Option<PathBuf>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) tls: bool,
    pub(crate) tls_dir: Option<PathBuf>,
    pub(crate) email: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) api_secret: Option<String>,
    pub(crate) exit_with_stdin: bool,
    pub(crate) print_config: bool,
}

pub(crate) enum Command {
    Run(Options),
    Print(String),
}

/// Fails with a message for people.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut options = Options::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || {
            attached
                .clone()
                .or_else(|| arguments.next())
                .ok_or_else(|| format!("{name} needs a value"))
        };
        let port = |text: String| {
            text.parse::<u16>()
                .map_err(|_| format!("{name} needs a port number"))
        };
        match name.as_str() {
            "--port" => options.port = port(value()?)?,
            "--storage-port" => options.storage_port = port(value()?)?,
            "--admin-port" => options.admin_port = port(value()?)?,
            "--ready-file" => options.ready_file = Some(value()?.into()),
            "--data-dir" => options.data_dir = Some(value()?.into()),
            "--tls" => options.tls = true,
            "--tls-dir" => options.tls_dir = Some(value()?.into()),
            "--email" => options.email = Some(value()?),
            "--api-key" => options.api_key = Some(value()?),
            "--api-secret" => options.api_secret = Some(value()?),
            "--exit-with-stdin" => options.exit_with_stdin = true,
            "--print-config" => options.print_config = true,
            "--help" | "-h" => return Ok(Command::Print(HELP.into())),
            "--version" | "-V" => {
                return Ok(Command::Print(format!(
                    "sendsafely-emulator {}\n",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            _ => return Err(format!("unknown option {name}; see --help")),
        }
    }
    Ok(Command::Run(options))
}
