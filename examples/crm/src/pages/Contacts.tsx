import { useDeferredValue, useState, type FormEvent } from "react";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useOrganization } from "@/hooks/useOrganization";
import { fullName } from "@/lib/format";
import { companyNames, createContact, listContacts } from "@/services/contactService";

const Contacts = () => {
  const { organizationId } = useOrganization();
  const queryClient = useQueryClient();
  const [page, setPage] = useState(0);
  const [firstName, setFirstName] = useState("");
  const [lastName, setLastName] = useState("");
  const [search, setSearch] = useState("");
  const needle = useDeferredValue(search);

  const { data, error } = useQuery({
    queryKey: ["contacts", organizationId, page, needle],
    enabled: !!organizationId,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const { contacts, total } = await listContacts(organizationId!, page, needle);
      const names = await companyNames([...new Set(contacts.map((c) => c.company_id).filter((id) => id !== null))]);
      return { contacts, names, total };
    },
  });

  const create = useMutation({
    mutationFn: () =>
      createContact({ first_name: firstName, last_name: lastName || null, organization_id: organizationId! }),
    onSuccess: () => {
      setFirstName("");
      setLastName("");
      queryClient.invalidateQueries({ queryKey: ["contacts"] });
      toast.success("Contact created");
    },
    onError: (error) => toast.error(error.message),
  });

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };

  return (
    <div className="space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-3xl font-bold">Contacts</h1>
        <form onSubmit={handleSubmit} className="flex gap-2">
          <Input required placeholder="First name" value={firstName} onChange={(e) => setFirstName(e.target.value)} />
          <Input placeholder="Last name" value={lastName} onChange={(e) => setLastName(e.target.value)} />
          <Button type="submit" disabled={!organizationId || create.isPending}>
            Add
          </Button>
        </form>
      </div>
      <Input className="max-w-sm" placeholder="Search by last name…" value={search} onChange={(e) => setSearch(e.target.value)} />
      {error && <p className="text-destructive">{error.message}</p>}
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>Name</TableHead>
            <TableHead>Job title</TableHead>
            <TableHead>Company</TableHead>
            <TableHead>E-mail</TableHead>
            <TableHead>Phone</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {data?.contacts.map((contact) => (
            <TableRow key={contact.id}>
              <TableCell className="font-medium">{fullName(contact)}</TableCell>
              <TableCell>{contact.job_title}</TableCell>
              <TableCell>{contact.company_id ? data.names.get(contact.company_id) : "–"}</TableCell>
              <TableCell>{contact.email}</TableCell>
              <TableCell>{contact.phone}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <div className="flex items-center justify-end gap-2">
        <Button variant="outline" size="sm" disabled={page === 0} onClick={() => setPage(page - 1)}>
          Previous
        </Button>
        <Button variant="outline" size="sm" disabled={(page + 1) * 50 >= (data?.total ?? 0)} onClick={() => setPage(page + 1)}>
          Next
        </Button>
      </div>
    </div>
  );
};

export default Contacts;
