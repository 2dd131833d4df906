import { supabase } from "@/integrations/supabase/client";

const CHUNK_SIZE = 500;

export interface CsvLead {
  first_name: string;
  last_name: string;
  email: string;
  phone: string;
  company_name: string;
}

export function parseLeadCsv(text: string): CsvLead[] {
  const [header, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (!header) return [];
  const columns = header.split(",").map((c) => c.trim().toLowerCase());

  return lines.map((line) => {
    const cells = line.split(",");
    const get = (name: string) => (cells[columns.indexOf(name)] ?? "").trim();
    return {
      first_name: get("first_name") || "Unknown",
      last_name: get("last_name"),
      email: get("email"),
      phone: get("phone"),
      company_name: get("company_name"),
    };
  });
}

/** Inserts the rows of an import in chunks; stops at the first chunk the database refuses. */
export async function importLeads(organizationId: string, rows: CsvLead[]) {
  let imported = 0;
  for (let start = 0; start < rows.length; start += CHUNK_SIZE) {
    const chunk = rows.slice(start, start + CHUNK_SIZE);
    const { error } = await supabase
      .from("leads")
      .insert(chunk.map((row) => ({ ...row, source: "import", organization_id: organizationId })));
    if (error) {
      throw new Error(`Import stopped after ${imported} leads: ${error.message}`);
    }
    imported += chunk.length;
  }
  return imported;
}
