/// Debian's and Ubuntu's packages.
module Apt

open System
open Shell

let exists () = isInstalled "apt-get"

/// True when packages can be installed from here without asking anyone.
let isAllowed () = exists() && Environment.IsPrivilegedProcess

let private installArguments packages = [ "install"; "-y"; "--no-install-recommends"; yield! packages ]

/// The line for a user to type where we may not install.
let command (packages: string list) = $"""sudo apt-get update && sudo apt-get {String.Join(" ", installArguments packages)}"""

// Freshly started machines often hold the lock for their own updates for a while.
let private waitForLock = [ "-o"; "DPkg::Lock::Timeout=300" ]

let private update = lazy (require "apt-get update" "apt-get" [ yield! waitForLock; "update" ] |> ignore)

/// Installs packages, asking nothing; an error with apt-get's own words when it cannot.
let install (packages: string list) =
    update.Force()
    require "apt-get install" "apt-get" [ yield! waitForLock; yield! installArguments packages ] |> ignore
