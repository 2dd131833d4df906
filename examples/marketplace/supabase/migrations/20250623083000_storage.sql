-- Pictures of listings are public, invoices are not

insert into storage.buckets (id, name, public) values ('listing-images', 'listing-images', true);
insert into storage.buckets (id, name, public) values ('invoices', 'invoices', false);

create policy "Listing images are public"
  on storage.objects for select using (bucket_id = 'listing-images');

create policy "Anyone can manage listing images"
  on storage.objects for all using (bucket_id = 'listing-images') with check (bucket_id = 'listing-images');
