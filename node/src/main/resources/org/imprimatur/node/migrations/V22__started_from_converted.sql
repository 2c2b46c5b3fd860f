-- From which file an instance runs, where the site made it of the endorsed image: a block of that file reaches it, too.

alter table decision add column converted bytea;

update decision set converted = decode(substr(resource, 8), 'hex')
 where resource like 'sha512:%' and image is not null;

update decision d set converted = p.converted
  from publication p
 where d.resource = 'driver:' || p.driver || '/' || p.driver_id
   and d.image = p.digest and p.converted is not null and p.state <> 'removed';

alter table instance add column converted bytea;

update instance i set converted = d.converted
  from decision d
 where d.id = i.decision and d.converted is not null;
