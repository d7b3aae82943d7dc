import Foundation
import Mustache
import WireFormats

/// The files that pages are made of, read once when the server starts.
struct LandingResources: Sendable {
    let templates: MustacheLibrary
    let languages: PageLanguages
    let assets: [String: [UInt8]]

    enum Fault: Error, Equatable {
        case missing(String)
        /// Not a JSON object of texts.
        case malformedTexts(String)
    }

    static func load() throws -> LandingResources {
        let templates = try files(in: "templates", withExtension: "mustache")
        let texts = try files(in: "locales", withExtension: "json").map { tag, file in
            try PageTexts(language: tag, file: file)
        }
        return LandingResources(
            templates: try library(templates), languages: try PageLanguages(texts),
            assets: Dictionary(uniqueKeysWithValues: try files(in: "assets", withExtension: nil)))
    }

    /// Files of a folder by name, in the order of their names; without their extension if one is asked for.
    static func files(in folder: String, withExtension wanted: String?) throws -> [(name: String, bytes: [UInt8])] {
        // Not `resourceURL`: Foundation on Linux takes a folder of that name for the bundle's own.
        let root = Bundle.module.bundleURL.appendingPathComponent("Resources/" + folder)
        let urls = try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
            .filter { wanted == nil || $0.pathExtension == wanted }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try urls.map { url in
            let name = wanted == nil ? url : url.deletingPathExtension()
            return (name.lastPathComponent, Array(try Data(contentsOf: url)))
        }
    }

    private static func library(_ files: [(name: String, bytes: [UInt8])]) throws -> MustacheLibrary {
        MustacheContentTypes.register(HTMLEscaping(), named: HTMLEscaping.name)
        let pragma = "{{% CONTENT_TYPE: \(HTMLEscaping.name)}}"
        var library = MustacheLibrary()
        for (name, bytes) in files {
            try library.register(pragma + String(decoding: bytes, as: UTF8.self), named: name)
        }
        return library
    }
}

/// Escapes text for HTML, one Unicode scalar after the other.
///
/// The template engine's own escaping goes by characters and so leaves a quotation mark with a combining accent as it
/// is, which is still the end of an attribute to a browser.
struct HTMLEscaping: MustacheContentType {
    static let name = "ESCAPED-HTML"

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;".unicodeScalars
            case ">": escaped += "&gt;".unicodeScalars
            case "&": escaped += "&amp;".unicodeScalars
            case "\"": escaped += "&quot;".unicodeScalars
            case "'": escaped += "&#39;".unicodeScalars
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
