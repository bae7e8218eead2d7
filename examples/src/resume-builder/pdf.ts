// Makes the PDF of a résumé. Template 1 has a fault, as programs have: it prints the last year of every job, and a job that goes on has
// none. Template 2 is the mended one.

import PdfDocument from 'pdfkit';
import type { Job, Resume, Template } from './messages.ts';

type Years = (job: Job) => string;

const YEARS: Readonly<Record<Template, Years>> = {
  1: ({ company, from, to }) => {
    if (to === null) throw new TypeError(`the job at ${company} has no last year to print`);
    return `${from}-${to}`;
  },
  2: ({ from, to }) => `${from}-${to ?? 'today'}`,
};

export async function renderPdf(resume: Resume, template: Template): Promise<Buffer> {
  const years = resume.jobs.map(YEARS[template]);
  const document = new PdfDocument({ size: 'A4', margin: 64, info: { Title: resume.name } });
  document.font('Helvetica-Bold').fontSize(26).text(resume.name);
  document.font('Helvetica').fontSize(13).fillColor('#555').text(resume.title);
  heading(document, 'Experience');
  for (const [at, { role, company }] of resume.jobs.entries()) {
    document.font('Helvetica-Bold').text(`${role}, ${company}`);
    document
      .font('Helvetica')
      .fillColor('#555')
      .text(years[at] ?? '')
      .fillColor('#000');
    document.moveDown(0.4);
  }
  heading(document, 'Skills');
  document.text(resume.skills.join(', '));
  return bytesOf(document);
}

function heading(document: PDFKit.PDFDocument, text: string): void {
  document.moveDown(1.2).font('Helvetica-Bold').fontSize(14).fillColor('#1a56a8').text(text);
  document.moveDown(0.3).font('Helvetica').fontSize(11).fillColor('#000');
}

async function bytesOf(document: PDFKit.PDFDocument): Promise<Buffer> {
  document.end();
  const chunks: Buffer[] = [];
  for await (const chunk of document) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
