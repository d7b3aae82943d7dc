/// A page as a file in PDF 1.7 (ISO 32000-1). The same page gives the same bytes.
package struct PDFDocument: Sendable {
    package let bytes: [UInt8]
    /// Characters that could not be printed and show as question marks: see ``PrintedPage``.
    package let replacedCharacterCount: Int

    /// - Throws: `doesNotFit`, `codeTooSmall`.
    package init(page: PrintedPage) throws(PrintedPageFault) {
        let layout = try PageLayout(page)
        var writer = PDFWriter()
        let pages = writer.reserve()
        let font = writer.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
        let content = writer.addStream(ContentStream(layout).bytes)
        let sheet = writer.add(
            "<< /Type /Page /Parent \(pages) 0 R /MediaBox [0 0 \(Length.pdf(Sheet.width)) "
                + "\(Length.pdf(Sheet.height))] /Resources << /Font << /F1 \(font) 0 R >> >> "
                + "/Contents \(content) 0 R >>")
        writer.set(pages, "<< /Type /Pages /Kids [\(sheet) 0 R] /Count 1 >>")
        let catalog = writer.add(
            "<< /Type /Catalog /Pages \(pages) 0 R /Lang (\(page.language)) "
                + "/ViewerPreferences << /DisplayDocTitle true >> >>")
        let information = writer.add("<< /Title \(PDFWriter.textString(page.title)) >>")
        bytes = writer.finish(root: catalog, information: information)
        replacedCharacterCount = layout.replacedCharacterCount
    }
}
