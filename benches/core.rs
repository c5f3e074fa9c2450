//! The C examples with the Rust core instead of the C ABI: `core send FILE` prints the link, `core receive LINK
//! DIRECTORY`. `make bench` compares the two.

use std::env;
use std::process::ExitCode;

use sendsafely::{
    Client, ClientOptions, DownloadOptions, FinalizeOptions, Package, Result, Source, UploadOptions,
};

fn client() -> Result<Client> {
    let variable = |name| env::var(name).unwrap_or_default();
    Client::new(
        &variable("SENDSAFELY_HOST"),
        &variable("SENDSAFELY_API_KEY"),
        variable("SENDSAFELY_API_SECRET").as_str().into(),
        ClientOptions::default(),
    )
}

fn send(file: &str) -> Result<()> {
    let package = Package::create(&client()?, &mut ())?;
    package.add_recipient(&mut (), "ann@example.com", None)?;
    package.upload(
        &mut (),
        Source::Path(file.into()),
        &UploadOptions::default(),
    )?;
    let finalized = package.finalize(&mut (), &FinalizeOptions::default())?;
    println!("{}", finalized.link);
    Ok(())
}

fn receive(link: &str, directory: &str) -> Result<()> {
    let package = Package::open_link(&client()?, &mut (), link)?;
    package.message(&mut ())?;
    package.download_all(&mut (), directory.as_ref(), &DownloadOptions::default())?;
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["send", file] => send(file),
        ["receive", link, directory] => receive(link, directory),
        // `cargo bench` and `cargo test --benches` run this, too.
        _ => Ok(()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("core: {error}");
            ExitCode::FAILURE
        }
    }
}
