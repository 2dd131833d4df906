import DOMPurify from "dompurify";

interface TemplatePreviewProps {
  html: string;
  values: Record<string, string>;
}

// Placeholders are replaced as plain text. Never eval() a template, never new Function() it:
// a template may contain anything, even a password or an api_key that somebody pasted.
function fill(html: string, values: Record<string, string>) {
  return html.replace(/\{\{\s*(\w+)\s*\}\}/g, (_match, name: string) => values[name] ?? "");
}

export function TemplatePreview({ html, values }: TemplatePreviewProps) {
  const clean = DOMPurify.sanitize(fill(html, values));
  return <div className="prose prose-sm rounded-md border p-4" dangerouslySetInnerHTML={{ __html: clean }} />;
}
