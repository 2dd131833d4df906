import { supabase } from "@/integrations/supabase/client";
import type { TablesInsert } from "@/integrations/supabase/types";

const PAGE_SIZE = 50;

export async function listContacts(organizationId: string, page: number, search: string) {
  let query = supabase
    .from("contacts")
    .select("id, first_name, last_name, email, phone, job_title, company_id", { count: "exact" })
    .eq("organization_id", organizationId)
    .order("last_name")
    .range(page * PAGE_SIZE, page * PAGE_SIZE + PAGE_SIZE - 1);
  if (search) query = query.ilike("last_name", `%${search}%`);

  const { data, error, count } = await query;
  if (error) throw new Error(`Could not load contacts: ${error.message}`);
  return { contacts: data, total: count ?? 0 };
}

/** Company names for a page of contacts, in one round trip. */
export async function companyNames(ids: string[]) {
  if (ids.length === 0) return new Map<string, string>();
  const { data, error } = await supabase.from("companies").select("id, name").in("id", ids);
  if (error) throw new Error(`Could not load companies: ${error.message}`);
  return new Map(data.map((company) => [company.id, company.name]));
}

export async function createContact(contact: TablesInsert<"contacts">) {
  const { data, error } = await supabase.from("contacts").insert(contact).select().single();
  if (error) throw new Error(error.message);
  return data;
}
