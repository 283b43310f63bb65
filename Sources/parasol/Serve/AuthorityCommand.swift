import ArgumentParser
import Foundation
import NodeHost

/// `parasol ca`: certificates for development.
struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Make TLS certificates for development, from an authority of your own.",
        discussion: """
            Makes the authority in FOLDER if it is not there (ca.pem, ca.key), and NAME.pem with NAME.key for a server that is \
            reached under the hosts given. Clients are told to trust ca.pem by network.json. For a deployment that others \
            reach, take certificates from an authority that they trust already.

            Examples:
              parasol ca --folder tls --name node --host localhost --host 127.0.0.1
            """)

    @Option(help: "The authority's folder.")
    var folder: String

    @Option(help: "Of the certificate's files.")
    var name: String

    @Option(name: .customLong("host"), help: "A DNS name or IP address of the server; may be repeated.")
    var hosts: [String]

    func validate() throws {
        guard !hosts.isEmpty else { throw ValidationError("name at least one --host.") }
        guard !name.isEmpty, name != "ca", name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") }) else {
            throw ValidationError("--name \(name): a plain name other than ca.")
        }
    }

    func run() async throws {
        do {
            let authority = try DevelopmentAuthority(folder: URL(fileURLWithPath: folder).path)
            let paths = try authority.issue(name, hosts: hosts)
            print("certificate \(paths.chain)\nkey \(paths.key)\nauthority \(authority.folder)/ca.pem")
        } catch {
            FileHandle.standardError.write(Data("parasol ca: \(error)\n".utf8))
            throw ExitCode.failure
        }
    }
}
