//! A SendSafely-compatible server on loopback. It serves the REST API, is strict where the service is strict, and
//! fails on demand. It uses no code of the library, so that neither can hide the other's mistakes.

mod admin;
mod api;
mod body;
mod call;
mod cli;
mod dates;
mod envelope;
mod faults;
mod handler;
mod lenient;
mod listener;
mod multipart;
mod outage;
mod percent;
mod presigned;
mod proxy;
mod random;
mod request;
mod request_log;
mod routes;
mod server;
mod settings;
mod signature;
mod state;
mod storage;
mod store;
mod tls;

use std::error::Error;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::call::Origins;
use crate::cli::{Command, Options};
use crate::listener::Port;
use crate::server::{Listener, Server};
use crate::state::State;
use crate::store::{PartStore, load_state, write_whole};

const OWNER: &str = "admin@acme.test";
const OTHER_USERS: [&str; 2] = ["second@acme.test", "third@acme.test"];
const SAVE_INTERVAL: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let outcome = match cli::parse(std::env::args().skip(1)) {
        Ok(Command::Print(text)) => io::stdout().write_all(text.as_bytes()).map_err(Into::into),
        Ok(Command::Run(options)) => start(options),
        Err(message) => Err(message.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sendsafely-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: Options) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(run(options));
    // Not dropped: connections that wait would panic. They end with the process.
    std::mem::forget(runtime);
    outcome
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let owner = options.email.clone().unwrap_or_else(|| OWNER.into());
    let (mut state, parts) = match &options.data_dir {
        Some(data_dir) => {
            let parts = PartStore::in_directory(data_dir)?;
            (
                load_state(data_dir)?.unwrap_or_else(|| State::new(&owner)),
                parts,
            )
        }
        None => (State::new(&owner), PartStore::in_memory()),
    };
    state.add_user(&owner, true);
    if options.api_key.is_some() || options.api_secret.is_some() {
        state.add_command_line_key(
            &owner,
            options.api_key.as_deref(),
            options.api_secret.as_deref(),
        );
    }
    let mut emails = vec![owner];
    emails.extend(OTHER_USERS.map(str::to_owned));
    emails.dedup();
    for email in &emails {
        state.add_user(email, false);
        state.ensure_api_key(email);
    }
    let users: Vec<Value> = emails
        .iter()
        .map(|email| state.credentials(email))
        .collect();
    let dropzone_id = state.dropzone_id.clone();

    let temporary_tls_dir =
        std::env::temp_dir().join(format!("sendsafely-emulator-{}", std::process::id()));
    let tls = match options.tls {
        true => Some(tls::acceptors(
            options.tls_dir.as_deref().unwrap_or(&temporary_tls_dir),
        )?),
        false => None,
    };
    let (acceptors, ca_file) = tls.unzip();
    let acceptors = acceptors.map(Arc::new);

    let (api, api_switch) = Port::bind(Listener::Api, options.port)?;
    let (storage, storage_switch) = Port::bind(Listener::Storage, options.storage_port)?;
    // The admin listener has no outages, so nothing uses its switch.
    let (admin, _) = Port::bind(Listener::Admin, options.admin_port)?;
    let scheme = if options.tls { "https" } else { "http" };
    let origins = Origins {
        api: format!("{scheme}://{}", api.address),
        storage: format!("{scheme}://{}", storage.address),
        admin: format!("http://{}", admin.address),
    };
    let ready = ready_json(&origins, users, ca_file, &dropzone_id);
    let server = Arc::new(Server::new(
        state,
        parts,
        origins,
        options.data_dir.clone(),
        api_switch,
        storage_switch,
    ));
    server.save()?;
    let listeners = [
        tokio::spawn(api.serve(server.clone(), acceptors.clone())),
        tokio::spawn(storage.serve(server.clone(), acceptors)),
        tokio::spawn(admin.serve(server.clone(), None)),
    ];
    let saver = tokio::spawn(save_regularly(server.clone()));

    if let Some(path) = &options.ready_file {
        write_whole(path, ready.to_string().as_bytes())?;
    }
    announce(&ready, options.print_config);
    wait_for_end(options.exit_with_stdin).await?;

    saver.abort();
    for listener in listeners {
        listener.abort();
    }
    server.save()?;
    if options.tls && options.tls_dir.is_none() {
        std::fs::remove_dir_all(temporary_tls_dir)?;
    }
    Ok(())
}

fn ready_json(
    origins: &Origins,
    users: Vec<Value>,
    ca_file: Option<PathBuf>,
    dropzone_id: &str,
) -> Value {
    let owner = users.first().cloned().unwrap_or_default();
    json!({
        "url": origins.api,
        "storage_url": origins.storage,
        "admin_url": origins.admin,
        "api_key": owner["api_key"],
        "api_secret": owner["api_secret"],
        "email": owner["email"],
        "users": users,
        "ca_file": ca_file,
        "dropzone_id": dropzone_id,
        "pid": std::process::id(),
    })
}

/// Does not fail if standard output is closed. Rust's runtime opens the null device in place of closed
/// standard streams, so that no connection gets their descriptors.
fn announce(ready: &Value, as_json: bool) {
    let text = |name: &str| ready[name].as_str().unwrap_or("-").to_owned();
    let message = match as_json {
        true => format!("{ready}\n"),
        false => format!(
            "SendSafely emulator\n  API        {}\n  storage    {}\n  admin      {}\n  e-mail     {}\n  API key    {}\n  API secret {}\n  Dropzone   {}\n  CA file    {}\n",
            text("url"),
            text("storage_url"),
            text("admin_url"),
            text("email"),
            text("api_key"),
            text("api_secret"),
            text("dropzone_id"),
            text("ca_file"),
        ),
    };
    let mut output = io::stdout();
    drop(
        output
            .write_all(message.as_bytes())
            .and_then(|()| output.flush()),
    );
}

async fn save_regularly(server: Arc<Server>) {
    loop {
        tokio::time::sleep(SAVE_INTERVAL).await;
        if let Err(error) = tokio::task::block_in_place(|| server.save()) {
            eprintln!("sendsafely-emulator: state not saved: {error}");
        }
    }
}

async fn wait_for_end(with_stdin: bool) -> io::Result<()> {
    let (stdin_open, stdin_closed) = tokio::sync::oneshot::channel::<()>();
    if with_stdin {
        // On a thread, because a read of standard input cannot be cancelled.
        std::thread::spawn(move || {
            let mut buffer = [0; 256];
            while io::stdin().read(&mut buffer).is_ok_and(|bytes| bytes > 0) {}
            drop(stdin_open);
        });
        tokio::select! {
            outcome = signal() => outcome,
            _ = stdin_closed => Ok(()),
        }
    } else {
        signal().await
    }
}

#[cfg(unix)]
async fn signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
