import Foundation

/// The files of the sample issuer, which come with the program.
enum Sample {
    static let files = ["vouchsafe.yaml", "students.csv", "people.json", "logins.json", "README.md"]

    static func configuration() throws -> String {
        try String(contentsOf: url("vouchsafe.yaml"), encoding: .utf8)
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: url(name)))
    }

    static func url(_ name: String) throws -> URL {
        guard let folder = Bundle.module.url(forResource: "Sample", withExtension: nil) else {
            throw CommandFailure("the sample files are missing beside the program; reinstall it")
        }
        return folder.appending(path: name)
    }
}
