import Foundation
import Verifier

/// The browser that the desktop opens addresses with.
enum SystemBrowser {
    /// Whether something was started that should show the address. False for what is no address of the web: a desktop
    /// opens files and programs too.
    static func open(_ address: String) -> Bool {
        guard (try? WebAddress(address)) != nil, let opener else { return false }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [opener, address]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return (try? process.run()) != nil
    }

    /// Nil where there is no desktop.
    private static var opener: String? {
        #if os(macOS)
        return "open"
        #else
        let environment = ProcessInfo.processInfo.environment
        let display = ["WAYLAND_DISPLAY", "DISPLAY"].contains { environment[$0]?.isEmpty == false }
        return display ? "xdg-open" : nil
        #endif
    }
}
